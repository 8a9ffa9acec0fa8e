import { escapeHtml } from '../../personalization/html';
import type { ChartData } from './chart';
import { count, share } from './figures';
import { drawable, shortened, widthOf } from './text';

/** Pixels. */
const WIDTH = 760;
const PADDING = 20;
const GAP = 10;
const TITLE = 44;
const ROW = 26;
const BAR = 16;
const WIDEST_LABEL = 220;
const TITLE_SIZE = 15;
const TEXT_SIZE = 12;
/** How much wider bold letters are. */
const BOLD = 1.15;

const LIGHT = '.back{fill:#fff}.title,.label{fill:#1f2430}.figure{fill:#5a6172}.bar{fill:#4c6fff}.track{fill:#e9ecf3}';
const DARK = '@media (prefers-color-scheme:dark){.back{fill:#171a21}.title,.label{fill:#eef0f6}.figure{fill:#aab1c4}.bar{fill:#7b95ff}.track{fill:#343a4a}}';
const SIZES = `.title{font-size:${TITLE_SIZE}px;font-weight:bold}.label,.figure{font-size:${TEXT_SIZE}px}`;

interface Columns {
	/** Width of the labels, left of the bars. */
	labels: number;
	/** Where bars begin, and how long the longest can be. */
	left: number;
	room: number;
	/** People of the longest bar. */
	longest: number;
}

/**
 * A horizontal bar chart, self-contained: it has a background of its own, light or dark as the reader prefers, so that
 * it can be read on any page.
 * @param options.light always light, whatever the reader prefers
 */
export function chartSvg(data: ChartData, { light = false }: { light?: boolean } = {}): string {
	const height = TITLE + Math.max(1, data.bars.length) * ROW + PADDING;
	const columns = columnsOf(data);
	const total = `${count(data.total)} people`;
	const title = shortened(drawable(data.title), (WIDTH - 2 * PADDING - GAP - widthOf(total) * TEXT_SIZE) / (TITLE_SIZE * BOLD));
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="'DejaVu Sans', 'Segoe UI', Helvetica, Arial, sans-serif">`,
		`<title>${escapeHtml(drawable(data.title) || 'Bar chart')}</title>`,
		`<style>${LIGHT}${SIZES}${light ? '' : DARK}</style>`,
		`<rect class="back" width="${WIDTH}" height="${height}"/>`,
		text(PADDING, 28, 'title', title),
		text(WIDTH - PADDING, 28, 'figure', total, 'end'),
		...(data.bars.length === 0 ? [text(PADDING, TITLE + BAR, 'label', 'Nobody is in the segment.')] : []),
		...data.bars.map((bar, index) => barOf(bar, TITLE + index * ROW, data.total, columns)),
		'</svg>',
	].join('\n');
}

/** The text beside a bar. An empty label is said in words. */
export function labelOf(label: string): string {
	return drawable(label) || '(empty)';
}

/** Bars take the room that labels and figures leave. */
function columnsOf({ bars, total }: ChartData): Columns {
	const widest = (texts: string[]) => Math.ceil(Math.max(0, ...texts.map(widthOf)) * TEXT_SIZE);
	const labels = Math.min(WIDEST_LABEL, widest(bars.map(({ label }) => labelOf(label))));
	const figures = widest(bars.map(({ people }) => figure(people, total)));
	const left = PADDING + labels + GAP;
	return { labels, left, room: WIDTH - PADDING - figures - GAP - left, longest: Math.max(0, ...bars.map(({ people }) => people)) };
}

function barOf({ label, people }: ChartData['bars'][number], top: number, total: number, { labels, left, room, longest }: Columns): string {
	const width = longest === 0 ? 0 : Math.max(people > 0 ? 2 : 0, (people / longest) * room);
	const baseline = ROW / 2 + 4;
	const rect = (name: string, length: string) => `<rect class="${name}" x="${left}" y="${top + (ROW - BAR) / 2}" width="${length}" height="${BAR}" rx="3"/>`;
	return [
		`<g><title>${escapeHtml(labelOf(label))}: ${escapeHtml(figure(people, total))}</title>`,
		// An SVG in the SVG cuts off what does not fit: some fonts have letters as wide as a word, and marks pile up.
		`<svg x="${PADDING}" y="${top}" width="${labels}" height="${ROW}">`,
		text(labels, baseline, 'label', shortened(labelOf(label), labels / TEXT_SIZE), 'end'),
		'</svg>',
		rect('track', String(room)),
		rect('bar', width.toFixed(1)),
		text(left + room + GAP, top + baseline, 'figure', figure(people, total)),
		'</g>',
	].join('');
}

function figure(people: number, total: number): string {
	return `${count(people)} (${share(people, total)})`;
}

/** Texts of right-to-left scripts stay in their place: each is set in a direction of its own. */
function text(x: number, y: number, name: string, content: string, anchor = 'start'): string {
	return `<text class="${name}" x="${x}" y="${y}" text-anchor="${anchor}" unicode-bidi="isolate" direction="ltr">${escapeHtml(content)}</text>`;
}
