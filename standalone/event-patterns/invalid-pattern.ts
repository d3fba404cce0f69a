/** Thrown inside this folder when a pattern breaks a rule; `message` is EventBridge's reason, without its preamble. */
export class InvalidPattern extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'InvalidPattern';
  }
}
