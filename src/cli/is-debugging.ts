/** Whether errors are to be told with their stack: by the option, or by the variable. */
export function isDebugging({ debug = false }: { readonly debug?: boolean } = {}): boolean {
  return debug || !["", "0"].includes(process.env["DROVER_DEBUG"] ?? "");
}
