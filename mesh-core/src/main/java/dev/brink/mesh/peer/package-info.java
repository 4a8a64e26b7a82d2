/** The other nodes: who they are, their links, and what placement hears of them. */
@NullMarked
package dev.brink.mesh.peer;

import org.jspecify.annotations.NullMarked;
