import { holds } from './checks.ts';
import type { Scene } from './scenes/scene.ts';
import type { Stage } from './stage.ts';
import { carryOut, type Step } from './step.ts';

/** A scene that was played, and in words what was not as it should be. */
export type Played = { readonly scene: Scene; readonly steps: readonly Step[]; readonly problems: readonly string[] };

/** Plays a scene; `onStep` is told each step as it is done. Never rejects: what makes it stop early is a problem of it. */
export async function play(scene: Scene, stage: Stage, onStep: (step: Step) => void): Promise<Played> {
  const steps: Step[] = [];
  const problems: string[] = [];
  try {
    for await (const plan of scene.plans(stage)) {
      const step = await carryOut(plan, stage);
      steps.push(step);
      onStep(step);
      const broken = step.checks.filter((check) => !holds(check));
      problems.push(
        ...broken.map(({ what, is, should }) => `${scene.name}: ${what}: ${is}, should be ${should} (${step.story})`),
      );
    }
  } catch (error) {
    problems.push(`${scene.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { scene, steps, problems };
}
