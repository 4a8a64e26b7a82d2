/** An authoritative DNS responder that answers with the ingresses nearest to who asks. */
@NullMarked
package dev.brink.mesh.dns;

import org.jspecify.annotations.NullMarked;
