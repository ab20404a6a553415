// The nine-point quality score of the national portal, and a dataset's last update.

import { closedFormats, delays } from './vocabulary.mjs';

const day = 86400000;

const resourceDate = (r) => (r.filetype === 'remote' && r.extras['analysis:last-modified-at']) || r.last_modified;

export function lastUpdate(dataset) {
  const dates = dataset.resources.map(resourceDate).sort();
  return dates.at(-1) ?? dataset.modified_internal;
}

function inTime(dataset, now) {
  const delay = delays[dataset.frequency];
  if (delay === undefined) return true;
  return Date.parse(lastUpdate(dataset)) + (delay + 1) * day >= now;
}

export function quality(dataset, now) {
  const { resources } = dataset;
  const known = dataset.frequency !== 'unknown';
  const points = {
    license: dataset.license !== null,
    temporal_coverage: dataset.temporal_coverage !== null,
    spatial: dataset.spatial !== null,
    update_frequency: known,
    update_fulfilled_in_time: known && inTime(dataset, now),
    dataset_description_quality: [...(dataset.description ?? '')].length > 100,
    has_open_format: resources.some((r) => r.format && !closedFormats.includes(r.format)),
    all_resources_available: resources.length > 0 &&
      resources.every((r) => r.filetype !== 'remote' || r.extras['check:available'] !== false),
    resources_documentation: resources.some((r) => r.type === 'documentation' || r.description),
  };
  const score = Object.values(points).filter(Boolean).length / 9;
  return { ...points, has_resources: resources.length > 0, score };
}
