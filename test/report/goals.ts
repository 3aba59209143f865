/** What is demanded of a game; what is not named is only reported. */
export interface Goals {
	/** From a change until every server shows it. */
	readonly lagP50Seconds?: number;
	readonly lagP95Seconds?: number;
	readonly lagP99Seconds?: number;
	readonly lagMostSeconds?: number;
	/** Changes that are not everywhere at the end. */
	readonly missingChanges?: number;
	/** Of any documented limit that counts messages, in percent. */
	readonly limitPercent?: number;
	readonly messagesOverLimit?: number;
	/** The longest that a server may see others than there are, but for its own start. */
	readonly wrongServersSeconds?: number;
	/** How much the servers' numbers of contributions differ at the end. */
	readonly differingContributions?: number;
	/** The longest that there may be no leader, from the first one on, and how long two may lead, in all. */
	readonly vacantSeconds?: number;
	readonly twoLeadersSeconds?: number;
}
