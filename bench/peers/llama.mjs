// llama.cpp, by node-llama-cpp, beside another program: `llama.mjs FILE THREADS CONTEXT` loads a GGUF file, then obeys
// lines on its standard input, each answered by one JSON line: `prefill N` forgets the sequence and takes N tokens in,
// `decode N` appends N tokens one after the other, `tokenize TEXT` (a JSON string) tells the tokens of a text, `greedy N
// TOKEN...` forgets the sequence and continues those tokens by the N likeliest, `version` tells what runs, `quit` or the
// end of the input ends. With `--check` it only tells, by how it ends, whether node-llama-cpp is there.
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { pathToFileURL } from "node:url";

// The folder that holds node_modules, where that is not above this script.
const folder = process.env.NODE_LLAMA_CPP;
const require = createRequire(folder ? path.join(folder, "package.json") : import.meta.url);
const entry = require.resolve("node-llama-cpp");
if (process.argv[2] === "--check") {
    process.exit(0);
}

const { getLlama, LlamaLogLevel } = await import(pathToFileURL(entry));
const [file, threads, contextSize] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const llama = await getLlama({ gpu: false, build: "never", maxThreads: threads, logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath: file });
const context = await model.createContext({
    contextSize, batchSize: 512, sequences: 1, threads: { ideal: threads, min: threads },
});
const sequence = context.getSequence();
const firstToken = 100;

async function timed(work) {
    const cpu = process.cpuUsage();
    const start = process.hrtime.bigint();
    await work();
    const wall = Number(process.hrtime.bigint() - start) / 1e9;
    const used = process.cpuUsage(cpu);
    return { wall_s: wall, cpu_s: (used.user + used.system) / 1e6 };
}

async function prefill(count) {
    await sequence.clearHistory();
    const tokens = Array.from({ length: count }, (_, index) => firstToken + index);
    return timed(() => sequence.evaluateWithoutGeneratingNewTokens(tokens));
}

function decode(count) {
    return timed(async () => {
        let left = count;
        for await (const _ of sequence.evaluate([firstToken], { temperature: 0, yieldEogToken: true })) {
            if (--left === 0) {
                break;
            }
        }
    });
}

async function greedy(count, tokens) {
    await sequence.clearHistory();
    const chosen = [];
    for await (const token of sequence.evaluate(tokens, { temperature: 0, yieldEogToken: true })) {
        chosen.push(token);
        if (chosen.length === count) {
            break;
        }
    }
    return { tokens: chosen };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
    const [word, number, ...tokens] = line.split(" ");
    const count = Number(number);
    let answer;
    if (word === "version") {
        answer = { version: `llama.cpp ${llama.llamaCppRelease.release}`, threads: context.currentThreads };
    } else if (word === "prefill" && count > 0) {
        answer = await prefill(count);
    } else if (word === "decode" && count > 0) {
        answer = await decode(count);
    } else if (word === "tokenize") {
        answer = { tokens: model.tokenize(JSON.parse(line.slice(word.length))) };
    } else if (word === "greedy" && count > 0) {
        answer = await greedy(count, tokens.map(Number));
    } else if (word === "quit") {
        break;
    } else {
        console.error(`unknown line '${line}': expected 'prefill N', 'decode N', 'tokenize TEXT', 'greedy N TOKEN...', 'version' or 'quit'`);
        process.exit(1);
    }
    console.log(JSON.stringify(answer));
}
process.exit(0);
