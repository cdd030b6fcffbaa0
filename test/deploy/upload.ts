import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The files in a folder that its .gcloudignore lets through, as git reads it: gcloud has git's rules. Sorted paths.
 * upload.gcloud.test.ts holds that gcloud says the same.
 */
export async function listUpload(folder: string): Promise<string[]> {
  const empty = await mkdtemp(join(tmpdir(), 'git-'));
  try {
    await run('git', ['init', '--quiet', '--bare', empty]);
    const list = ['ls-files', '-z', '--others', '--exclude-from=.gcloudignore'];
    const { stdout } = await run('git', [`--git-dir=${empty}`, `--work-tree=${folder}`, ...list], {
      cwd: folder,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout.split('\0').filter(Boolean).sort();
  } finally {
    await rm(empty, { recursive: true });
  }
}

/** What may lie about in a checkout and must stay there. */
export const strays: readonly string[] = [
  'key.json',
  'sa.json',
  '.env',
  '.npmrc',
  'terraform.tfstate',
  'api/key.json',
  'build/.env.local',
  'deploy/sa-key.json',
  'deploy/settings.yaml.orig',
  'deploy/values.yaml',
  'deploy/x.PEM',
  'deploy/id_rsa',
  'docs/dump.sql',
  'docs/queries/result.csv',
  'docs/.notes.md.swp',
  'src/key.pem',
  'src/deep/down/sa.json',
  'terraform/prod.tfvars',
  'terraform/terraform.tfstate.backup',
  'terraform/.terraform/providers/main.tf',
  'test/a/service-account.json',
  'test/node_modules/a/index.ts',
  'dist/index.cjs',
  '.git/config.ts',
];
