/** The systems templates can be written for. */
export const exportFormats = ["systemd", "process-compose", "pm2", "kubernetes"] as const;

export type ExportFormatName = (typeof exportFormats)[number];
