package dev.brink.mesh.nearest;

/** How a client that is nearer to another ingress is told so. */
public enum Steering {
  /** Not at all. */
  OFF,
  /** With an {@code Alt-Svc} header (RFC 7838), over TLS only: its next connection goes there. */
  ALT_SVC,
  /** With 307: this request goes there, once; method and body stay. */
  TEMPORARY_REDIRECT,
  /** With 308: as 307, and clients may remember it. */
  PERMANENT_REDIRECT
}
