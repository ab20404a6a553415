// What counting a call costs: instructions of the quota stage's hooks in those of the whole request.
export async function metering({ say }) { say('metering: not yet'); }
