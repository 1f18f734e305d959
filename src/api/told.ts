/** A message as the API tells it: every field is there; null where there is no value. */
export type Told<Message> = Message extends readonly (infer Item)[]
  ? readonly Told<Item>[]
  : Message extends object
    ? { readonly [Key in keyof Message]-?: Told<NonNullable<Message[Key]>> | null }
    : Message;
