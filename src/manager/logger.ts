/** The four methods of a pino-compatible logger drover uses. A pino instance is one. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Tells warnings and errors as one line each; the rest is not told. */
export function warningLogger(warn: (message: string) => void): Logger {
  const tell = (_fields: object, message: string): void => warn(message);
  return { debug: () => undefined, info: () => undefined, warn: tell, error: tell };
}
