import { minutesOf, type DndWindow } from '../../engine/gates/dnd';

interface WindowParameter {
	days?: number[];
	from?: string;
	to?: string;
}

/** The hours as the parameter `windows` has them; a time that is none becomes NaN. */
export function readWindows(parameter: unknown): DndWindow[] {
	const { window = [] } = (parameter ?? {}) as { window?: WindowParameter[] };
	return window.map(({ days = [], from = '', to = '' }) => ({ days: days.map(Number), from: minutesOf(from), to: minutesOf(to) }));
}
