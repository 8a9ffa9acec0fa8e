import type { WhoGetsIt } from '../../engine/campaigns/who-gets-it';
import { gapMs, type GapUnit } from './parameters/who';
import type { Read } from './read-schedule';

interface WhoParameters {
	controlPercent?: number;
	customControlGroups?: string;
	everybody?: boolean;
	perRun?: number;
	perDay?: number;
	total?: number;
	safetyCheck?: number;
	outsideGlobalLimits?: boolean;
	mostEver?: number;
	minimumGap?: { gap?: { amount: number; unit: GapUnit } };
}

/** Checked when it is published: see checkWho. */
export function readWho(parameter: Read): WhoGetsIt {
	const { controlPercent, customControlGroups = '', everybody = false, perRun, perDay, total, ...rest } = parameter('who', {}) as WhoParameters;
	const { safetyCheck, outsideGlobalLimits = false, mostEver, minimumGap } = rest;
	const gap = minimumGap?.gap;
	const names = customControlGroups.split(',').map((name) => name.trim());
	return {
		controlPercent,
		customControlGroups: [...new Set(names.filter(Boolean))],
		systemControlGroup: !everybody,
		limits: { perRun, perDay, total },
		safetyCheck,
		outsideGlobalLimits,
		mostEver,
		minimumGapMs: gap && gapMs(gap.amount, gap.unit),
	};
}
