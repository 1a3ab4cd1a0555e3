/**
 * Answers of a cloud that two resources of one operation need. An operation has one process for all dynamic resources,
 * so the second resource gets the answer that the first one got.
 *
 * Only for reads of what nothing in the operation changes between the two: never where a resource waits for a change, or
 * looks before or after an action of its own.
 */
export class KnownAnswers {
  readonly #answers = new Map<string, Promise<unknown>>();

  /** The answer to a question, which is asked the first time. A refusal is an answer too. */
  get<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const answer = (this.#answers.get(question) as Promise<T> | undefined) ?? ask();
    this.#answers.set(question, answer);
    return answer;
  }

  /** Has the question asked again, because its answer may change from now on. */
  forget(question: string): void {
    this.#answers.delete(question);
  }

  /** Forgets all answers: an operation begins. */
  clear(): void {
    this.#answers.clear();
  }
}
