import { escapeHtml } from '../../personalization/html';
import type { ChartData } from './chart';
import { drawable, fitted } from './labels';

/** Pixels. */
const WIDTH = 760;
const PADDING = 20;
const TITLE = 44;
const ROW = 26;
const BAR = 16;
const LABELS = 210;
const FIGURES = 130;
/** As wide as letters of the sizes below can be. */
const TITLE_ROOM = (WIDTH - 2 * PADDING - 110) / 15 / 1.12;
const LABEL_ROOM = (LABELS + PADDING - 16) / 12;

interface SvgOptions {
	/** Painted behind the chart; without it the page shows through, light or dark. */
	background?: string;
}

/** A horizontal bar chart, self-contained, for light and dark pages. */
export function chartSvg(data: ChartData, { background }: SvgOptions = {}): string {
	const height = TITLE + Math.max(1, data.bars.length) * ROW + PADDING;
	const longest = data.bars.reduce((most, { people }) => Math.max(most, people), 0);
	const rows = data.bars.map((bar, index) => barOf(bar, TITLE + index * ROW, longest, data.total));
	const nobody = data.bars.length === 0 ? [text(PADDING, TITLE + BAR, 'label', 'Nobody is in the segment.')] : [];
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="'DejaVu Sans', 'Segoe UI', Helvetica, Arial, sans-serif">`,
		`<title>${safe(data.title)}</title>`,
		background ? `<style>${PLAIN}</style><rect width="${WIDTH}" height="${height}" fill="${background}"/>` : `<style>${PLAIN}${DARK}</style>`,
		text(PADDING, 28, 'title', fitted(data.title, TITLE_ROOM)),
		text(WIDTH - PADDING, 28, 'figure', `${count(data.total)} people`, 'end'),
		...nobody,
		...rows,
		'</svg>',
	].join('\n');
}

const PLAIN = '.title{font-size:15px;font-weight:bold;fill:#1f2430}.label{font-size:12px;fill:#1f2430}.figure{font-size:12px;fill:#5a6172}.bar{fill:#4c6fff}.track{fill:#e9ecf3}';
const DARK = '@media (prefers-color-scheme:dark){.title,.label{fill:#eef0f6}.figure{fill:#aab1c4}.bar{fill:#7b95ff}.track{fill:#343a4a}}';

function barOf({ label, people }: ChartData['bars'][number], top: number, longest: number, total: number): string {
	const room = WIDTH - 2 * PADDING - LABELS - FIGURES;
	const left = PADDING + LABELS;
	const width = longest === 0 ? 0 : Math.max(people > 0 ? 2 : 0, (people / longest) * room);
	const percent = total === 0 ? 0 : (people / total) * 100;
	const middle = top + ROW / 2 + 4;
	return [
		`<g><title>${safe(label)}: ${count(people)} (${percent.toFixed(1)} %)</title>`,
		text(left - 10, middle, 'label', fitted(label, LABEL_ROOM), 'end'),
		`<rect class="track" x="${left}" y="${top + (ROW - BAR) / 2}" width="${room}" height="${BAR}" rx="3"/>`,
		`<rect class="bar" x="${left}" y="${top + (ROW - BAR) / 2}" width="${width.toFixed(1)}" height="${BAR}" rx="3"/>`,
		text(left + room + 10, middle, 'figure', `${count(people)} (${percent.toFixed(1)} %)`),
		'</g>',
	].join('');
}

/** Texts of right-to-left scripts stay in their place: each is set in a direction of its own. */
function text(x: number, y: number, name: string, content: string, anchor = 'start'): string {
	return `<text class="${name}" x="${x}" y="${y}" text-anchor="${anchor}" unicode-bidi="isolate" direction="ltr">${safe(content)}</text>`;
}

function count(people: number): string {
	return people.toLocaleString('en');
}

function safe(content: string): string {
	return escapeHtml(drawable(content));
}
