/** A sandboxed JavaScript runtime: a request and a function version in, a response out. */
@NullMarked
package dev.brink.exec;

import org.jspecify.annotations.NullMarked;
