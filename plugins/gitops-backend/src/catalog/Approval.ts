import { parseLocationRef } from '@backstage/catalog-model';
import { Claim, fileLocationOf } from '@backstage-gitops/plugin-gitops-node';
import {
  GitopsAnnotation,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { isJsonObject, JsonValue } from '@backstage-gitops/kubernetes-yaml';
import { RegisteredManifest } from './Registration';
import { showLocation } from './showLocation';

/**
 * What somebody decided about a manifest that no claim is about. Approved, it is
 * admitted as by a claim for this file and this object alone, edits included;
 * rejected, it is refused until it is edited.
 */
export interface Approval {
  decision: 'approved' | 'rejected';
  /** The file, without user and password. */
  location: string;
  /** Of the manifest as it was looked at. */
  digest: string;
  home: string;
  serviceAccount?: string;
  /** Hosts that the manifest may fetch from: those that were looked at. */
  sourceHosts?: string[];
  /** Entity reference of who decided. */
  actor: string;
  reason?: string;
  /** Milliseconds since the epoch. */
  decidedAt: number;
}

/** Whether a decision still is about a manifest. */
export function isAboutManifest(
  approval: Approval,
  manifest: RegisteredManifest,
): boolean {
  return (
    approval.location === showLocation(manifest.location) &&
    (approval.decision === 'approved'
      ? approval.home === manifest.home
      : approval.digest === manifest.digest)
  );
}

/** The claim that an approval stands for. */
export function claimOf(
  approval: Approval,
  manifest: RegisteredManifest,
  options: { rawHosts?: readonly string[] },
): Claim {
  const { host, repository, ref, path } = fileLocationOf(
    parseLocationRef(manifest.location),
    options,
  );
  return {
    location: { host, repository, ref, pathPrefix: path },
    home: approval.home,
    namespaces: [manifest.namespace],
    serviceAccount: approval.serviceAccount,
    sourceHosts: approval.sourceHosts,
  };
}

/**
 * An approval as the object carries it: so the loss of the database makes nobody
 * approve everything again.
 */
export function approvalAnnotation(approval: Approval): string {
  return JSON.stringify({
    ...approval,
    decidedAt: new Date(approval.decidedAt).toISOString(),
  });
}

/** Reads what {@link approvalAnnotation} wrote; undefined for anything else. */
export function approvalOfObject(
  object: Pick<GitopsObject, 'metadata'> | undefined,
): Approval | undefined {
  const text = object?.metadata.annotations?.[GitopsAnnotation.approval];
  let value: JsonValue | undefined;
  try {
    value = text && JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value) || value.decision !== 'approved') {
    return undefined;
  }
  const { location, digest, home, actor, reason, serviceAccount } = value;
  const hosts = value.sourceHosts;
  const decidedAt = Date.parse(String(value.decidedAt));
  if (
    typeof location !== 'string' ||
    typeof digest !== 'string' ||
    typeof home !== 'string' ||
    typeof actor !== 'string' ||
    Number.isNaN(decidedAt)
  ) {
    return undefined;
  }
  return {
    decision: 'approved',
    location,
    digest,
    home,
    actor,
    decidedAt,
    ...(typeof reason === 'string' && { reason }),
    ...(typeof serviceAccount === 'string' && { serviceAccount }),
    ...(Array.isArray(hosts) && {
      sourceHosts: hosts.filter(host => typeof host === 'string'),
    }),
  };
}
