// The reference row as a Remotion composition: a picture a scene, captions over it, fades, voice and music.
import React from 'react';
import { AbsoluteFill, Audio, Composition, Img, Sequence, interpolate, registerRoot, staticFile, useCurrentFrame } from 'remotion';

const Card = ({ scene, entrance }) => {
  const frame = useCurrentFrame();
  const opacity = interpolate(frame, [0, entrance], [0, 1], { extrapolateRight: 'clamp' });
  return <Img src={staticFile(scene.picture)} style={{ opacity }} />;
};

const Row = ({ work }) => (
  <AbsoluteFill style={{ backgroundColor: 'black' }}>
    {work.scenes.map((scene) => (
      <Sequence key={scene.start} from={scene.start} durationInFrames={scene.frames}>
        <Card scene={scene} entrance={work.entrance} />
        {scene.captions.map((caption) => (
          <Sequence key={caption.start} from={caption.start} durationInFrames={caption.end - caption.start} layout="none">
            <Img src={staticFile(caption.picture)} style={{ position: 'absolute', left: caption.x, top: caption.y }} />
          </Sequence>
        ))}
      </Sequence>
    ))}
    <Audio src={staticFile('voice.wav')} volume={10 ** (work.voice_db / 20)} />
    <Audio src={staticFile('music.wav')} volume={10 ** (work.music_db / 20)} />
  </AbsoluteFill>
);

registerRoot(() => (
  <Composition
    id="row"
    component={Row}
    width={16}
    height={16}
    fps={30}
    durationInFrames={1}
    defaultProps={{ work: { scenes: [], width: 16, height: 16, fps: 30, frames: 1 } }}
    calculateMetadata={({ props: { work } }) => ({
      width: work.width,
      height: work.height,
      fps: work.fps,
      durationInFrames: work.frames,
    })}
  />
));
