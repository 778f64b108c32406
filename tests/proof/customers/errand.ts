/** Something that somebody wants done, and what they were told: the record that the platform is held to. */
export interface Errand {
  /** Does what is left to do; where an answer was missing it goes on from there, with the same keys. @throws Unanswered */
  run(): Promise<void>;
  /** Asks once more what was answered: it must be answered the same. @throws Unanswered */
  confirm(): Promise<void>;
}
