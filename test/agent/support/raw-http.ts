import { connect } from 'node:net';

/** Sends bytes to a port and answers all that comes back until the other end closes. */
export function exchangeRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => { received += chunk; });
    socket.on('end', () => { socket.end(); resolve(received); });
    socket.on('error', reject);
  });
}
