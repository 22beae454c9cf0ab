# tests/Broken.pm — what the checks of broken loaders share: boot each, some at a time, and judge by the kernel's words
# that it notices what each breaks, as TAP. JOBS guests run at a time, 2 unless the environment says more.
package Broken;
use strict;
use warnings;
use Exporter qw(import);
use File::Path qw(make_path);

our @EXPORT = qw(boot_broken build_broken);

my $crashes = qr/FAULT|ASSERT|X64 Exception|Synchronous Exception|the kernel returned|cannot switch off/;

# Our own make, whoever called us. Ends the test if it fails.
sub build_broken {
	delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL)};
	system('make', '-s', '-j' . ($ENV{JOBS} // 2), @_) == 0 or do { print "1..1\nnot ok 1 - make\n"; exit 1 };
}

sub start {
	my ($b) = @_;
	my $pid = fork // die "fork: $!\n";
	return $pid if $pid;
	open STDIN, '<', '/dev/null' or die "/dev/null: $!\n";
	open STDOUT, '>', $b->{log} or die "$b->{log}: $!\n";
	open STDERR, '>&', \*STDOUT or die "stderr: $!\n";
	exec @{ $b->{command} } or die "$b->{command}[0]: $!\n";
}

# What is wrong with a run that ended with this status; empty: nothing.
sub faults {
	my ($b, $status, $text, $judge) = @_;
	my @why;
	my $failed = join ' ', sort $text =~ /$judge->{broken}/g;
	push @why, 'broken: ' . ($failed || 'nothing') . "; want: $b->{fails}" if $failed ne $b->{fails};
	push @why, 'the kernel printed no score' unless $text =~ /$judge->{score}/;
	push @why, "it says $1/$2" if $text =~ /$judge->{score}/ && $1 >= $2;
	push @why, "it printed: $1" if $text =~ /^(.*(?:$crashes).*)$/m;
	push @why, "hobnail run ended with status $status" if $status;
	return @why;
}

my $done = 0;

sub report {
	my ($b, $status, $judge) = @_;
	open my $in, '<', $b->{log} or die "$b->{log}: $!\n";
	my $text = do { local $/; <$in> };
	my @why = faults($b, $status, $text, $judge);
	$done++;
	printf "%sok %d - %s: %s breaks %s, and %s says so\n", @why ? 'not ' : '', $done, $b->{where}, $b->{name},
		$b->{fails}, $judge->{name};
	return 1 unless @why;
	print "# $_\n" for @why, 'run: ' . join(' ', map { / / ? "'$_'" : $_ } @{ $b->{command} }), split /\n/, $text;
	return 0;
}

# Boot them all, and end the test. Each is { where, name, fails => 'P1 P2', log, command => [words] }; the judge is
# { name, broken => qr/(a promise that it calls broken)/m, score => qr/(those that hold) (those that it judged)/m }.
sub boot_broken {
	my ($judge, @chosen) = @_;
	my (%running, $good);
	$| = 1;
	print '1..', scalar @chosen, "\n";
	while (@chosen || %running) {
		while (@chosen && keys %running < ($ENV{JOBS} // 2)) {
			my $b = shift @chosen;
			make_path($b->{log} =~ s{/[^/]*$}{}r);
			$running{ start($b) } = $b;
		}
		my $pid = wait;
		$good += report(delete $running{$pid}, $? >> 8 || $?, $judge);
	}
	exit($done && ($good // 0) == $done ? 0 : 1);
}

1;
