export type { CertificateError, CertificateErrorCode } from './certificate-error.ts';
export { generateKey, type Issuer, issueAuthority, issueServing } from './issue-certificate.ts';
export {
  type Ensured,
  ensureLocalCertificates,
  type LocalFiles,
  localFiles,
  localNames,
} from './local-certificates.ts';
export {
  type PairFiles,
  readChain,
  readServingCertificate,
  readServingFiles,
  readText,
  type ServingCertificate,
} from './read-serving-certificate.ts';
