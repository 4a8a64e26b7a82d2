/** The command line: {@code brink demo}, {@code node}, {@code deploy} and the rest. */
@NullMarked
package dev.brink.mesh.cli;

import org.jspecify.annotations.NullMarked;
