import { type BuildConfig, readBuildConfig } from './build-config.ts';
import { createRecorder, type Finished, type Recorder } from './recorder.ts';

/** An answer of the deployed function to the check, as the contract's record has it. */
export const notFound = { status: 404, body: '{"auditId":"4f0c","outcome":"NOT_FOUND","status":{"code":5}}' } as const;

/** A project that setup.sh has prepared, in which the deployed function answers. */
export async function preparedProject(...setUp: readonly Readonly<Record<string, string>>[]): Promise<Recorder> {
  const recorder = await createRecorder();
  await recorder.answer(notFound);
  for (const environment of setUp.length > 0 ? setUp : [{}]) {
    await runScript(recorder, 'setup.sh --with-webhook-secret=pagerduty', environment);
  }
  await recorder.forgetCommands();
  return recorder;
}

/**
 * Runs the steps of cloudbuild.yaml one after the other, as Cloud Build does: each step's script with the built-in and
 * all other substitutions as environment variables, until one fails. Returns what the last one that ran came to.
 */
export async function runBuild(recorder: Recorder, given: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const config = await readBuildConfig();
  let output = '';
  for (const step of config.steps) {
    const finished = await recorder.run(step.script, stepEnvironment(config, given));
    output += finished.output;
    if (finished.code !== 0) {
      return { code: finished.code, output };
    }
  }
  return { code: 0, output };
}

const stepEnvironment = (config: BuildConfig, given: Readonly<Record<string, string>>): Record<string, string> => ({
  PROJECT_ID: 'acme-data',
  BUILD_ID: '1f3e',
  ...config.substitutions,
  ...given,
});

/** Runs one of the scripts in deploy/ as a person does, for the project acme-data. */
export const tryScript = (
  recorder: Recorder,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> => recorder.run(`bash deploy/${script}`, { PROJECT_ID: 'acme-data', ...environment });

/** tryScript, but throws where the script fails. Returns what it said. */
export async function runScript(
  recorder: Recorder,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const finished = await tryScript(recorder, script, environment);
  if (finished.code !== 0) {
    throw new Error(`deploy/${script} ended with ${finished.code}:\n${finished.output}`);
  }
  return finished.output;
}
