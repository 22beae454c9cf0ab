# tests/Judge.pm — what tests/image-check and tests/run-check share: cases of the host command, and what they print,
# as TAP.
package Judge;
use strict;
use warnings;
use Exporter qw(import);
use File::Temp qw(tempdir);
use POSIX ();

our @EXPORT = qw(check skip expect hobnail with_input later together finish write_file same_bytes bytes_of output_of
	elf_for pe_for $hobnail $dir);
our $hobnail = 'out/host/hobnail';
our $dir = tempdir(CLEANUP => 1);
my ($number, $failed) = (0, 0);
my $input = '/dev/null';

# The prototype makes a match true or false: in a list, one that fails is nothing, and its neighbour would be judged.
sub check($$@) {
	my ($good, $what, @evidence) = @_;
	printf "%sok %d - %s\n", $good ? '' : 'not ', ++$number, $what;
	return if $good;
	$failed++;
	print map { "# $_\n" } map { split /\n/ } @evidence;
	exit 1 if ($ENV{JUDGE} // '') eq 'first'; # nobody wants to know more
}

sub skip {
	my ($what, $why) = @_;
	printf "ok %d - %s # SKIP %s\n", ++$number, $what, $why;
}

# Run the command, on /dev/null or what with_input() says. Returns its status and everything it printed.
sub hobnail {
	my $pid = open(my $out, '-|') // die "fork: $!\n";
	if (!$pid) {
		open STDERR, '>&', \*STDOUT;
		open STDIN, '<', $input or die "$input: $!\n";
		exec $hobnail, @_ or die "$hobnail: $!\n";
	}
	local $/;
	my $text = <$out> // '';
	close $out;
	return ($? >> 8, $text);
}

# From here on the command reads this file.
sub with_input { $input = shift }

sub expect {
	my ($what, $want_status, $want_text, @arguments) = @_;
	my ($status, $text) = hobnail(@arguments);
	check($status == $want_status && $text =~ $want_text, $what,
		"hobnail @arguments", "status $status, expected $want_status and $want_text; it printed:", $text);
}

# ---- Cases that mostly wait: side by side --------------------------------------------------------------------

my @cases;

# A case for together(): a function with its own check() calls. It finds $input and the environment as they are now.
sub later(&) {
	my ($case) = @_;
	push @cases, { run => $case, input => $input, environment => { %ENV } };
}

# Begin a case in a process of its own, with a folder of its own for temporary files, of which none may be left.
sub begin {
	my ($case) = @_;
	$case->{pid} = open($case->{out}, '-|') // die "fork: $!\n";
	return if $case->{pid};
	$| = 1;
	($number, $failed, $input) = (0, 0, $case->{input});
	%ENV = (%{ $case->{environment} }, TMPDIR => "$dir/tmp.$$");
	mkdir $ENV{TMPDIR} or die "$ENV{TMPDIR}: $!\n";
	eval { $case->{run}->(); 1 } or check(0, "it dies: $@");
	my @left = glob("$ENV{TMPDIR}/*");
	check(0, 'no temporary files are left', @left) if @left;
	POSIX::_exit(0);
}

# Run all that wait since the last call, this many at a time, and print what they say in their order.
sub together {
	my ($most) = @_;
	my @begun;
	while (@cases || @begun) {
		while (@cases && @begun < $most) {
			my $case = shift @cases;
			begin($case);
			push @begun, $case;
		}
		my $out = shift(@begun)->{out};
		while (defined(my $line = <$out>)) {
			$failed++ if $line =~ /^not ok/;
			$line =~ s/^((?:not )?ok) \d+/$1 . ' ' . ++$number/e;
			print $line;
		}
		close $out or $failed or check(0, 'a case runs to its end', "it ended with $?");
		if ($failed && ($ENV{JUDGE} // '') eq 'first') {
			kill TERM => map { $_->{pid} } @begun;
			exit 1;
		}
	}
}

# The plan, last of all. Ends the test.
sub finish {
	printf "1..%d\n", $number;
	exit($failed ? 1 : 0);
}

# ---- Files ---------------------------------------------------------------------------------------------------

sub write_file {
	my ($name, @bytes) = @_;
	open my $out, '>:raw', "$dir/$name" or die "$dir/$name: $!\n";
	print $out @bytes;
	close $out or die "$dir/$name: $!\n";
	return "$dir/$name";
}

# A file's bytes, or as many of them.
sub bytes_of {
	my ($path, $most) = @_;
	open my $in, '<:raw', $path or return "cannot read $path";
	local $/ = $most ? \$most : undef;
	return <$in>;
}

sub same_bytes {
	my ($one, $other) = @_;
	return system('cmp', '-s', $one, $other) == 0;
}

# What a line of a shell prints.
sub output_of { my $out = `$_[0] 2>&1`; return $out }

# The least that the command takes for a kernel, and for a loader, of a machine.
sub elf_for { return "\177ELF\2\1" . "\0" x 12 . chr($_[0]) . "\0" x 45 }

sub pe_for { return 'MZ' . "\0" x 58 . pack('V', 64) . "PE\0\0" . pack('v', $_[0]) . "\0" x 58 }

1;
