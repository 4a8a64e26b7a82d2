/** HTTP as the node speaks it to clients: the server, streaming bodies, strictness, problems. */
@NullMarked
package dev.brink.mesh.http;

import org.jspecify.annotations.NullMarked;
