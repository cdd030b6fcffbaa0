import { type Played, play } from './play.ts';
import { mistakes } from './scenes/mistakes.ts';
import { pubsub } from './scenes/pubsub.ts';
import type { Scene } from './scenes/scene.ts';
import { scheduler } from './scenes/scheduler.ts';
import { webhook } from './scenes/webhook.ts';
import type { Stage } from './stage.ts';
import type { Screen } from './view/screen.ts';
import { stepLines } from './view/step-view.ts';
import { summaryLines } from './view/summary-view.ts';
import { sceneTitle, titleLines } from './view/titles.ts';

const SCENES: readonly Scene[] = [webhook, pubsub, scheduler, mistakes];

/** Plays all scenes, shows them as they go, and brings whether everything is as it should be. */
export async function showDemo(stage: Stage, screen: Screen): Promise<boolean> {
  screen.print(titleLines(screen));
  const played: Played[] = [];
  for (const [index, scene] of SCENES.entries()) {
    screen.print(sceneTitle(index + 1, scene.title, screen));
    played.push(await play(scene, stage, (step) => screen.print(stepLines(step, screen))));
  }
  // performance.now() counts from the start of this process, in milliseconds.
  screen.print(summaryLines(played, performance.now() / 1000, screen));
  return played.every(({ problems }) => problems.length === 0);
}
