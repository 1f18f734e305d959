/** What PM2 makes of a text where it wants a list. A quote that does not begin a word stays in it, and so does a backslash. */
export function splitAsPm2(text: string): readonly string[] {
  const words = text.match(/[^\s"'=]+=(?:"[^"]*"|'[^']*')|"[^"]*"|'[^']*'|\S+/g) ?? [];
  return words.map((word) => word.replace(/^(["'])(.*)\1$/s, "$2")).filter((word) => word.trim() !== "");
}

/** What is to be said of a text that PM2 would split into other words; undefined when it would not. */
export function remarkOnWords(text: string, words: readonly string[]): string | undefined {
  const theirs = splitAsPm2(text);
  if (JSON.stringify(theirs) === JSON.stringify(words)) return undefined;
  return `read as a shell does; PM2 itself makes ${theirs.map((word) => JSON.stringify(word)).join(" ")} of it`;
}

const settings = new Set(
  `args autorestart autostart created_at cron_restart disable_logs disable_source_map_support env exec_interpreter exec_mode
  execute_command exit_code exp_backoff_restart_delay filter_env gid ignore_watch increment_var instance_var instances
  kill_retry_time kill_timeout km_link listen_timeout log_date_format log_type max_memory_restart max_restarts merge_logs
  min_uptime name namespace node_args pmx prev_restart_delay restart_delay restart_time shutdown_with_message
  source_map_support status stop_exit_codes time treekill uid unique_id unstable_restarts versioning vizion vizion_running
  wait_ready watch watch_delay watch_options windowsHide`.split(/\s+/),
);

/** Whether a variable would change how PM2 runs the app: it keeps both in one object. */
export function isSettingOfPm2(name: string): boolean {
  return settings.has(name) || /^(?:axm|pm)_/.test(name);
}
