/** An app of an ecosystem file in the making. */
export type App = Record<string, unknown>;
