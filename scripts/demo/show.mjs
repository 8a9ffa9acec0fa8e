// The demo as a person sees it in the terminal.
import { freePort, isFree } from '../lib/free-port.mjs';
import { Demo } from './demo.mjs';

const SECOND = 1_000;

/**
 * Shows the demo. Without `headless` it leaves n8n running until it is interrupted.
 * @param {string} folder
 * @param {{ headless: boolean, reset: boolean, n8nPort: number }} options
 * @returns {Promise<number>} exit code
 */
export async function showDemo(folder, { headless, reset, n8nPort }) {
	const demo = new Demo(folder, { n8nPort: (await isFree(n8nPort)) ? n8nPort : await freePort(), say: console.log, providers: { 'timeout-ms': 5 * SECOND } });
	const stopped = untilInterrupted();
	const work = play(demo, { headless, reset });
	const outcome = await Promise.race([work, stopped.then(() => undefined)]);
	if (outcome !== undefined && !headless) {
		tellWhereToLook(demo);
		await stopped;
	}
	await demo.stop();
	return outcome?.ok === false ? 1 : outcome === undefined && headless ? 130 : 0;
}

async function play(demo, { headless, reset }) {
	if (!reset && (await demo.resume())) {
		console.log('The demo is set up: starting n8n with it. `npm start -- --reset` begins anew.');
		await demo.startProviders();
		await demo.startN8n();
	} else {
		await demo.setUp();
		console.log('Publishing the campaign ...');
		await demo.publish();
	}
	const started = Date.now();
	await demo.finished((now) => progress(now, started));
	process.stdout.write('\n');
	const purchases = await demo.buy();
	console.log(`Some of them came back and bought: ${purchases.conversions.toLocaleString('en')} Charged events arrive.`);
	printReport(await demo.report());
	const result = await demo.verify({ purchases });
	for (const problem of result.problems) console.log(`  ! ${problem}`);
	console.log(result.ok ? '\nThe providers were asked exactly as the demo data demands, and the report agrees.' : '\nThis is not what the demo data demands.');
	return { ok: result.ok, headless };
}

/** One line, rewritten about every second; a line each where the output is no terminal. */
function progress(report, started) {
	const { state, qualified, sent, heldNow, notSent, failed, unknown } = report;
	const dropped = Object.values(notSent).reduce((sum, count) => sum + count, 0) - failed;
	const rate = Math.round(sent / Math.max(1, (Date.now() - started) / SECOND));
	const figures = { selected: qualified, sent, held: heldNow, dropped, failed, unknown, 'per second': rate };
	const line = `${state.padEnd(9)} ${Object.entries(figures).map(([name, value]) => `${name} ${value.toLocaleString('en')}`).join('  ')}`;
	process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
}

function printReport(report) {
	const rows = [
		['Qualified', report.qualified],
		['Sent', report.sent],
		...Object.entries(report.notSent).map(([reason, count]) => [`Not sent: ${reason}`, count]),
		['Unknown', report.unknown],
		['Still held', report.heldNow],
		['Conversions', report.conversions],
		['Revenue', report.revenue ?? '-'],
	];
	console.log(`\nReport of "${report.campaignName}"`);
	for (const [name, value] of rows) console.log(`  ${name.padEnd(36)} ${String(value.toLocaleString('en')).padStart(8)}`);
}

function tellWhereToLook(demo) {
	const { login } = demo.state;
	console.log(`
n8n runs at ${demo.n8n.baseUrl}
  log in as  ${login.email}
  password   ${login.password}
Open the workflow "Abandoned cart (San Francisco)", click "Execute workflow" to preview ten people (nothing is sent),
or change "Run Name" in the Campaign Trigger and publish to send again to the demo's providers.
Ctrl+C stops n8n; the data stays. \`npm start -- --reset\` begins anew.`);
}

function untilInterrupted() {
	return new Promise((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
	});
}
