/** These tests make tables and stacks: never in somebody's account. @throws without a test bed */
export default function requireBed(): void {
  const dynamodb = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  // DynamoDB Local alone is enough for most of them, and the others say so.
  if (process.env['AWS_ENDPOINT_URL'] === undefined && dynamodb !== undefined && isHere(dynamodb)) return;
  bedUrl();
}

/** Where the emulator is that the environment names. @throws without one, or when it is not on this machine */
export function bedUrl(): string {
  const url = process.env['AWS_ENDPOINT_URL'];
  if (url === undefined || !isHere(url)) {
    throw new Error('AWS_ENDPOINT_URL must name an emulator on this machine: "npm run test:aws" starts one, and so does "test/bed/aws run -- COMMAND"');
  }
  return url;
}

function isHere(url: string): boolean {
  return ['127.0.0.1', 'localhost'].includes(new URL(url).hostname);
}
