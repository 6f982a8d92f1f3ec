/** What the core asks of the place where it runs. All else comes from the text that it is given. */
export interface Host {
  /**
   * The text of a support file, by its posix path below support/.
   * @throws where there is none
   */
  supportFile(path: string): string;
}
