import type { ITriggerFunctions } from 'n8n-workflow';

import { LiveScanner } from '../../engine/campaigns/live/live-scanner';
import type { Releaser } from '../../engine/holds/releaser';
import type { Store } from '../../engine/store/store';

/** Has events read for a live campaign, and people released as they come in. @returns what ends it */
export function scanFor(context: ITriggerFunctions, store: Store, releaser: Releaser): () => void {
	return LiveScanner.of(store).join({
		onEntered: () => releaser.wake(),
		onTrouble: (error) => context.logger.error(`Campaign node "${context.getNode().name}" cannot read events: ${error.message}`),
	});
}
