/**
 * The number a JSON text stands for, when a double holds it without loss; otherwise undefined.
 *
 * EventBridge compares numbers as doubles, but only those whose shortest decimal form is the number written: 300, 300.0 and
 * 3e2 are one number, while 0.10000000000000000001 can only be compared as text (`ComparableNumber` of aws/event-ruler).
 */
export function comparableNumber(text: string): number | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  return canonicalDecimal(text) === canonicalDecimal(String(value)) ? value : undefined;
}

/** The digits without zeros around them and the power of ten of the last one: equal exactly for equal decimals. */
function canonicalDecimal(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace(/^[-+]/, '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}
