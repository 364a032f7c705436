import type {Example} from './context.ts';

/** Tell curl, Python and Node of the server's own authority, whose file was fetched as authority.pem. */
export function trustAuthority(): Example {
  return {
    id: 'trust',
    title: 'Let programs trust this server',
    language: 'sh',
    needs: '',
    code: `# In this shell: curl, Python and Node accept the server's certificate.
export CURL_CA_BUNDLE="$PWD/pocket-detector-authority.pem"
export SSL_CERT_FILE="$CURL_CA_BUNDLE" NODE_EXTRA_CA_CERTS="$CURL_CA_BUNDLE"`,
  };
}
