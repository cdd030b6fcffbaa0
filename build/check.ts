import { spawnSync } from 'node:child_process';

/*
 * npm test: everything that must hold. One slip does not keep the rest from being tried; what failed is said in full
 * when it failed, and once more at the end.
 */
const results = ['build', 'types', 'lint', 'tests'].map((script) => {
  const start = performance.now();
  // A shell, since npm is a script on Windows. The tests show how far they are; the others only why they failed.
  const { status, stdout, stderr } = spawnSync(`npm run --silent ${script}`, {
    shell: true,
    stdio: script === 'tests' ? 'inherit' : 'pipe',
  });
  const ok = status === 0;
  if (!ok) process.stderr.write(Buffer.concat([stdout ?? Buffer.alloc(0), stderr ?? Buffer.alloc(0)]));
  return { script, ok, seconds: (performance.now() - start) / 1000 };
});

console.log();
for (const { script, ok, seconds } of results) {
  console.log(`${script.padEnd(6)} ${ok ? 'ok    ' : 'FAILED'} ${seconds.toFixed(1).padStart(6)} s`);
}
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
