// The reference row with editly: node editly_row.mjs WORK_FOLDER OUTPUT (in a virtual X server, for its WebGL).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import editly from 'editly';

const [folder, output] = process.argv.slice(2);
const work = JSON.parse(readFileSync(join(folder, 'work.json'), 'utf8'));
const at = (name) => join(folder, name);

const clips = work.scenes.map((scene) => ({
  duration: scene.frames / work.fps,
  layers: [
    { type: 'image', path: at(scene.picture), zoomDirection: null, resizeMode: 'stretch' },
    ...scene.captions.map((caption) => ({
      type: 'image-overlay',
      path: at(caption.picture),
      zoomDirection: null,
      position: { x: caption.x / work.width, y: caption.y / work.height, originX: 'left', originY: 'top' },
      width: caption.width / work.width,
      start: caption.start / work.fps,
      stop: caption.end / work.fps,
    })),
  ],
}));

await editly({
  outPath: output,
  width: work.width,
  height: work.height,
  fps: work.fps,
  clips,
  defaults: { transition: null },
  audioTracks: [
    { path: at('voice.wav'), mixVolume: 10 ** (work.voice_db / 20) },
    { path: at('music.wav'), mixVolume: 10 ** (work.music_db / 20) },
  ],
  customOutputArgs: ['-c:v', 'libx264', '-preset', 'superfast', '-crf', '20', '-pix_fmt', 'yuv420p', '-c:a', 'aac',
    '-movflags', '+faststart'],
});
