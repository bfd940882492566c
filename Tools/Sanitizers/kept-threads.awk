# Reads the code of an optimized program, by `llvm-objdump -d` on x86-64, and fails if a task might
# take a lock in the name of another thread. See Tools/check; for Linux and Swift 6.
#
# A Mutex is locked with the number of the thread, which stands in a variable of that thread. Where
# one asynchronous function locks twice, with a suspension in between, Swift 6.3.1 may keep the
# address of that variable in the frame of the task, and use it on whatever thread the task goes on:
# "Call to unlock Mutex on a thread which hasn't acquired the lock", or worse. What to do: let one of
# both be locked in a function that is not inlined.
#
# What is looked for: the address of such a variable, written to memory that is not the stack. The
# code is read from its beginning to its end, whatever it jumps to, which finds what was seen so far
# and is no proof.

# The whole register of which one is a part.
function whole(register) {
    sub(/^%e/, "%r", register)
    if (register ~ /^%r[0-9]+[dwb]$/) register = substr(register, 1, length(register) - 1)
    return register
}

/^[0-9a-f]+ <.*>:$/ {
    name = substr($2, 2, length($2) - 3)
    split("", kept)
    next
}

# Where the variables of a thread begin.
/%fs:(0x0)?, %r/ {
    kept[$NF] = 1
    accesses++
    next
}

/^ +[0-9a-f]+:/ {
    operation = $2
    operands = $0
    sub(/^ +[0-9a-f]+:[ \t]+[a-z0-9]+[ \t]*/, "", operands)
    sub(/[ \t]*#.*$/, "", operands)
    count = split(operands, operand, ", ")
    source = operand[1]
    target = whole(operand[count])
    if (operation ~ /^call/) {
        # What a called function may change.
        split("%rax %rcx %rdx %rsi %rdi %r8 %r9 %r10 %r11", changed, " ")
        for (number in changed) delete kept[changed[number]]
        next
    }
    # `leaq -0xc(%rax), %rcx`
    if (operation == "leaq" && source ~ /^-?0x[0-9a-f]+\(%r[a-z0-9]+\)$/) {
        sub(/^.*\(/, "", source)
        sub(/\)$/, "", source)
    } else if (operation != "movq") source = ""
    if (target ~ /^%r|\(%r[sb]p\)$/) {
        if (source in kept) kept[target] = 1
        else if (operation !~ /^(add|cmp|sub|test|push|j)/) delete kept[target]
    } else if (operation == "movq" && source in kept && target !~ /^%/) {
        printf "%s keeps the address of a thread's variable (%s)\n", name, operands
        findings++
    }
}

END {
    # Then this is not how the toolchain reaches them, and nothing was looked at.
    if (accesses == 0) print "no variable of a thread was found"
    exit findings > 0 || accesses == 0
}
