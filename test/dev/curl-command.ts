/** A curl command that posts `body`, in lines that a POSIX shell takes as one. The answer ends with a line break. */
export function curlCommand(url: string, headers: Readonly<Record<string, string>>, body: string): string[] {
  const options = [
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `-d ${quoted(body)}`,
  ];
  const lines = [`curl -sS -w '\\n' ${url}`, ...options.map((option) => `  ${option}`)];
  return lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
