/**
 * Opens something on the port that a variable of the environment asks for, `otherwise` where it is not set. Throws with
 * words for a person where that is no port or cannot be had.
 */
export async function onPort<T>(variable: string, otherwise: number, open: (port: number) => Promise<T>): Promise<T> {
  const port = portOf(variable, otherwise);
  try {
    return await open(port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const another = `Choose another one, or any free one: ${variable}=0 npm run dev`;
    if (code === 'EADDRINUSE') throw new Error(`Port ${port} is taken. ${another}`);
    if (code === 'EACCES') throw new Error(`Port ${port} needs more rights than you have. ${another}`);
    throw error;
  }
}

function portOf(variable: string, otherwise: number): number {
  const text = process.env[variable] ?? '';
  if (text === '') return otherwise;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new Error(`${variable} must be a number from 1 to 65535, or 0 for any free port.`);
}
