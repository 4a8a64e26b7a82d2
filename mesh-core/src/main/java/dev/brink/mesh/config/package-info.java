/** How a node is told what to be: file, environment and builder, all with the same options. */
@NullMarked
package dev.brink.mesh.config;

import org.jspecify.annotations.NullMarked;
