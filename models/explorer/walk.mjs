// Walks through the page of `podlife model explore pod` in a real browser: from the free name to the removal of a Pod, by
// clicks, and takes a screenshot. Exit status 1 if a step cannot be chosen or is not shown.
//
//     node models/explorer/walk.mjs [PODLIFE [SCREENSHOT]]
//
// Needs node and chromium (`CHROMIUM` names another one); no package.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const podlife = process.argv[2] ?? "target/release/podlife";
const screenshot = process.argv[3] ?? "docs/explorer.png";
const address = "127.0.0.1:3993";

// The ordinary life of a Pod, by what the steps say.
const life = [
  "User: create Pod u1, restartPolicy Always",
  "Scheduler: bind",
  "watch: u1, which is admitted",
  "pull the image and create the container",
  "start the container",
  "sync u1 again",
  "PATCH status of uid u1: Running",
  "DELETE, default grace",
  "watch: u1 has changed",
  "the process of u1 exits with 0",
  "container and sandbox of u1 are stopped",
  "PATCH status of uid u1: Succeeded",
  "unmount the volumes",
  "TerminatePod u1",
  "status writer: GET u1",
  "final DELETE, grace 0, uid u1",
  "second write of the DELETE of the kubelet",
];

const pause = (millis) => new Promise((done) => setTimeout(done, millis));

function check(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

// Chromium's protocol over its two pipes: JSON texts that end with a zero.
class Browser {
  constructor(profile) {
    const options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"];
    this.process = spawn(process.env.CHROMIUM ?? "chromium", [...options, `--user-data-dir=${profile}`], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    this.waiting = new Map();
    let left = "";
    this.process.stdio[4].on("data", (bytes) => {
      const texts = (left + bytes).split("\0");
      left = texts.pop();
      for (const { id, result, error } of texts.map((text) => JSON.parse(text))) {
        const [done, failed] = this.waiting.get(id) ?? [];
        if (done) error ? failed(new Error(error.message)) : done(result);
      }
    });
  }

  send(method, params = {}) {
    const id = this.waiting.size + 1;
    const answer = new Promise((done, failed) => this.waiting.set(id, [done, failed]));
    const message = { id, method, params, ...(this.session && { sessionId: this.session }) };
    this.process.stdio[3].write(JSON.stringify(message) + "\0");
    return answer;
  }

  async open(url) {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    this.session = sessionId;
    const size = { width: 1500, height: 1250, deviceScaleFactor: 1, mobile: false };
    await this.send("Emulation.setDeviceMetricsOverride", size);
    await this.send("Page.navigate", { url });
  }

  async evaluate(expression) {
    const { result } = await this.send("Runtime.evaluate", { expression, returnByValue: true });
    return result.value;
  }

  // Until the page says so.
  async until(expression, what) {
    for (let tries = 0; tries < 300; tries += 1) {
      const value = await this.evaluate(expression);
      if (value) return value;
      await pause(100);
    }
    throw new Error(`${what}; the page shows: ${await this.evaluate("document.body.innerText")}`);
  }
}

const path = "[...document.querySelectorAll('.path-list a')].map((link) => link.textContent.trim())";
// The links to further steps are those that are not in the path.
const choice = (wanted) =>
  `[...document.querySelectorAll('nav ul a.font-code')].find((link) => link.textContent.includes(${JSON.stringify(wanted)}))`;

const profile = mkdtempSync(join(tmpdir(), "explorer-"));
const server = spawn(podlife, ["model", "explore", "pod", "--addr", address], { stdio: ["ignore", "pipe", "inherit"] });
let browser;
let status = 0;
try {
  await new Promise((done, failed) => {
    server.stdout.once("data", done);
    server.once("exit", () => failed(new Error("the page is not served")));
  });
  browser = new Browser(profile);
  await pause(500);
  await browser.open(`http://${address}/`);
  let steps = await browser.until(`${choice("Init 0")} ? ${path}.length : 0`, "no beginning");
  const take = async (wanted) => {
    await browser.until(`!!${choice(wanted)}`, `no step «${wanted}»`);
    await browser.evaluate(`${choice(wanted)}.click()`);
    steps += 1;
    const taken = `${path}.length === ${steps} && ${path}.at(-1).includes(${JSON.stringify(wanted)})`;
    await browser.until(taken, `«${wanted}» was not taken`);
  };
  await take("Init 0");
  for (const wanted of life) await take(wanted);
  const shown = await browser.evaluate(path);
  for (const [place, wanted] of life.entries()) {
    const step = shown[shown.length - life.length + place];
    check(step.includes(wanted), `step ${place + 1} is «${step}», not «${wanted}»`);
  }
  await browser.until("document.body.innerText.includes('u1 removed')", "the removal is not told");
  const drawn = await browser.evaluate("document.querySelectorAll('svg g.step').length");
  check(drawn === life.length, `${drawn} steps are drawn, not ${life.length}`);
  const { data } = await browser.send("Page.captureScreenshot", { format: "png" });
  writeFileSync(screenshot, Buffer.from(data, "base64"));
  console.log(`${life.length} steps from the free name to the removal, all shown and drawn; ${screenshot}`);
} catch (error) {
  console.error(`error: ${error.message}`);
  status = 1;
} finally {
  server.kill();
  browser?.process.kill();
  await pause(500);
  rmSync(profile, { recursive: true, force: true });
}
process.exit(status);
