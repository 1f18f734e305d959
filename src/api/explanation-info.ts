/** Why a process is as it is. */
export interface ExplanationInfo {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** What is known, most important first. */
  readonly facts: readonly { readonly label: string; readonly text: string }[];
}
