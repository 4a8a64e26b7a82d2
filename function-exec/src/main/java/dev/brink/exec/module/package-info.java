/** The modules of one function version, as the engine's file system. */
@NullMarked
package dev.brink.exec.module;

import org.jspecify.annotations.NullMarked;
