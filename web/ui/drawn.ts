// A picture to send where there is no camera.

export function drawPicture(): { track: MediaStreamTrack; stop(): void } {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 360;
  const ctx = canvas.getContext('2d')!;
  const paint = () => {
    for (let i = 0; i < 40; i++) {
      ctx.fillStyle = `hsl(${Math.random() * 360} 60% 50%)`;
      ctx.fillRect(Math.random() * 640, Math.random() * 360, 60, 60);
    }
  };
  paint();
  const timer = setInterval(paint, 66);
  const track = canvas.captureStream(15).getVideoTracks()[0]!;
  return {
    track,
    stop: () => {
      clearInterval(timer);
      track.stop();
    },
  };
}
