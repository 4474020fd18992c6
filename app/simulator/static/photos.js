// Sample photos, painted on a canvas: a pothole, a dark street lamp, an overflowing bin.

const WIDTH = 960;
const HEIGHT = 720;

function sky(paint, top, bottom) {
  const gradient = paint.createLinearGradient(0, 0, 0, HEIGHT);
  gradient.addColorStop(0, top);
  gradient.addColorStop(1, bottom);
  paint.fillStyle = gradient;
  paint.fillRect(0, 0, WIDTH, HEIGHT);
}

function shape(paint, colour, points) {
  paint.fillStyle = colour;
  paint.beginPath();
  points.forEach(([x, y]) => paint.lineTo(x, y));
  paint.fill();
}

function oval(paint, colour, x, y, width, height) {
  paint.fillStyle = colour;
  paint.beginPath();
  paint.ellipse(x, y, width, height, 0, 0, Math.PI * 2);
  paint.fill();
}

function houses(paint, colours) {
  colours.forEach((colour, index) => {
    const left = index * 200 - 30;
    const top = 190 + ((index * 67) % 90);
    shape(paint, colour, [[left, 400], [left, top], [left + 85, top - 60], [left + 170, top], [left + 170, 400]]);
    paint.fillStyle = "#fff7d6";
    paint.fillRect(left + 55, top + 40, 50, 50);
  });
}

const PAINTERS = [
  (paint) => {
    sky(paint, "#bcdcf2", "#eef4f6");
    houses(paint, ["#c98f6b", "#8ca7b8", "#b9a27c", "#94ad8c", "#b98a8a"]);
    shape(paint, "#6d7278", [[330, 390], [630, 390], [1100, 720], [-140, 720]]);
    shape(paint, "#f2f2ea", [[475, 400], [487, 400], [500, 480], [470, 480]]);
    oval(paint, "#55595e", 500, 590, 200, 62);
    oval(paint, "#33363a", 500, 596, 165, 46);
    oval(paint, "#7d98ab", 520, 606, 90, 18);
  },
  (paint) => {
    sky(paint, "#0f1b33", "#34405e");
    houses(paint, ["#1c2336", "#232b42", "#1a2133", "#252d45", "#1d2438"]);
    shape(paint, "#222732", [[0, 400], [960, 400], [960, 720], [0, 720]]);
    paint.fillStyle = "#4a5262";
    paint.fillRect(700, 120, 16, 420);
    paint.fillRect(600, 118, 116, 12);
    oval(paint, "#2e3442", 605, 138, 34, 14);
    oval(paint, "#f4f1d0", 160, 110, 44, 44);
  },
  (paint) => {
    sky(paint, "#cfe6d3", "#f3f1e4");
    shape(paint, "#9ab58f", [[0, 430], [960, 380], [960, 720], [0, 720]]);
    shape(paint, "#5f7f73", [[360, 330], [600, 330], [575, 640], [385, 640]]);
    [["#f0ede2", 380, 320], ["#d9822b", 450, 285], ["#e9e4d4", 520, 305], ["#7a9cc6", 580, 330], ["#efe9d8", 300, 650], ["#c4554d", 660, 640], ["#f4f1e6", 230, 610]]
      .forEach(([colour, x, y]) => oval(paint, colour, x, y, 62, 44));
  },
];

const toBlob = (canvas) => new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));

export function samplePhotos(count) {
  return Promise.all(Array.from({ length: count }, (_, index) => {
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    PAINTERS[index % PAINTERS.length](canvas.getContext("2d"));
    return toBlob(canvas);
  }));
}
