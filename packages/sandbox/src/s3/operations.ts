import type { ParsedRequest } from './s3Request';
import { header, parameter } from './s3Request';

/** What a request asks for, as Amazon S3 names it. */
export function operationOf(request: ParsedRequest): string {
  const has = (name: string) => parameter(request, name) !== undefined;
  const { method, bucket, key } = request;
  if (bucket === undefined) {
    if (method === 'POST') return 'AssumeRole';
    return method === 'GET' ? 'ListBuckets' : `${method} /`;
  }
  if (key === undefined) {
    switch (method) {
      case 'HEAD':
        return 'HeadBucket';
      case 'PUT':
        return subresource(request) ?? 'CreateBucket';
      case 'DELETE':
        return subresource(request) ?? 'DeleteBucket';
      case 'POST':
        return has('delete') ? 'DeleteObjects' : 'PostObject';
      default:
        if (has('location')) return 'GetBucketLocation';
        if (parameter(request, 'list-type') === '2') return 'ListObjectsV2';
        if (has('uploads')) return 'ListMultipartUploads';
        return subresource(request) ?? 'ListObjects';
    }
  }
  switch (method) {
    case 'HEAD':
      return 'HeadObject';
    case 'PUT':
      if (has('partNumber')) {
        return header(request, 'x-amz-copy-source') === undefined
          ? 'UploadPart'
          : 'UploadPartCopy';
      }
      if (header(request, 'x-amz-copy-source') !== undefined) {
        return 'CopyObject';
      }
      return subresource(request) ?? 'PutObject';
    case 'DELETE':
      return has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
    case 'POST':
      return has('uploads')
        ? 'CreateMultipartUpload'
        : 'CompleteMultipartUpload';
    default:
      return subresource(request) ?? 'GetObject';
  }
}

/** Whether an operation changes something. */
export function writes(operation: string): boolean {
  return !/^(Get|Head|List)/.test(operation);
}

const SUBRESOURCES = [
  'acl',
  'cors',
  'lifecycle',
  'object-lock',
  'policy',
  'retention',
  'tagging',
  'uploadId',
  'uploads',
  'versioning',
  'versions',
];

/** What the sandbox has no answer for: a name that tells so. */
function subresource(request: ParsedRequest): string | undefined {
  const found = SUBRESOURCES.find(
    name => parameter(request, name) !== undefined,
  );
  return found && `${request.method} ?${found}`;
}
