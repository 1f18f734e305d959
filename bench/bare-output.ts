/** Output goes nowhere, as that of the bare children it is compared with: a pipe or a file would be measured, too. */
export const withoutOutput = { logs: { mode: "DISCARD" } } as const;
