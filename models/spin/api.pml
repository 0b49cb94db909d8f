/* The twin of model `api` at standard scope, or with LARGE defined at that, written from the protocol: one process, one
   d_step an action, nothing that is not in the state. It is here to be counted and timed beside the engine:
   models/spin/run.sh.

   A refused action that changes nothing is no transition here: an update that adds a finalizer to a deleting Pod. */

/* The stored Pod. Graces are ordered: 0 absent, 1 is 0 s, 2 is 1 s, 3 is 30 s (that of the spec), 4 is 60 s. */
unsigned present : 1;
unsigned dg : 3;       /* deletionGracePeriodSeconds; 0 if deletionTimestamp is unset */
unsigned fo : 1;       /* finalizers: orphan, foregroundDeletion, x */
unsigned ff : 1;
unsigned fx : 1;
unsigned node : 2;     /* 1 given at create, 2 bound */
unsigned gates : 1;
unsigned terminal : 1;
unsigned gen : 3;
unsigned binder : 2;   /* a binding in flight for: 1 a Pod that has left, 2 the stored one */

/* The clients a and b. s: 0 idle, 1 decided, 2 to commit, 3 to remove. r: 0 user, 1 controller, 2 kubelet, 3 garbage
   collector. u: it means the stored Pod. p: it says its uid. g, o: grace and propagation (0 absent, 1 Orphan, 2
   Foreground, 3 Background). w: since its first write 1 a finalizer came, 2 the kubelet removed the Pod. */
unsigned s_a : 2; unsigned r_a : 2; unsigned u_a : 1; unsigned p_a : 1; unsigned g_a : 3; unsigned o_a : 2; unsigned w_a : 2;
unsigned s_b : 2; unsigned r_b : 2; unsigned u_b : 1; unsigned p_b : 1; unsigned g_b : 3; unsigned o_b : 2; unsigned w_b : 2;

#define IDLE(c) s_##c = 0; r_##c = 0; u_##c = 0; p_##c = 0; g_##c = 0; o_##c = 0; w_##c = 0
#define NONE (!fo && !ff && !fx)
/* DEL-11: whether a DELETE with this propagation leaves no finalizer. */
#define EMPTIES(o) (!fx && (o == 3 || (o == 0 && !fo && !ff)))
/* DEL-05 */
#define FIRST(g) ((!node || terminal) -> 1 : (g == 0 -> 3 : g))
#define GONE \
	u_a = 0; u_b = 0; \
	if :: binder == 2 -> binder = 1 :: else fi; \
	present = 0; dg = 0; fo = 0; ff = 0; fx = 0; node = 0; gates = 0; terminal = 0; gen = 0
/* DEL-16: an update stores, or removes what is expired and held by nothing. */
#define UPDATED if :: dg == 1 && NONE -> GONE :: else fi

/* DEL-13, DEL-21: the first read of a DELETE whose precondition holds. */
#define TO_COMMIT(c, role, pre, grace, prop) s_##c = 2; r_##c = role; p_##c = pre; g_##c = grace; o_##c = prop
#define BEGIN(c, role, pre, g, o) \
	if \
	:: dg == 0 -> TO_COMMIT(c, role, pre, FIRST(g), o) \
	:: dg >= 2 && (g == 0 || g >= dg) -> IDLE(c) \
	:: dg >= 2 && g != 0 && g < dg -> TO_COMMIT(c, role, pre, g, o) \
	:: dg == 1 && NONE && EMPTIES(o) -> s_##c = 3; r_##c = role; p_##c = pre; u_##c = 1 \
	:: dg == 1 && !(NONE && EMPTIES(o)) -> TO_COMMIT(c, role, pre, g, o) \
	fi
#define READ(c, pre, g, o) \
	:: d_step { present && s_##c == 0 -> u_##c = 1; BEGIN(c, 0, pre, g, o) }
/* Every grace with every policy. */
#define GRACES(c, o) READ(c, 0, 0, o) READ(c, 0, 1, o) READ(c, 0, 2, o) READ(c, 0, 3, o) READ(c, 0, 4, o)
#define ALL(c) GRACES(c, 0) GRACES(c, 1) GRACES(c, 2) GRACES(c, 3)
#define DECIDE(c, role, when) \
	:: d_step { present && s_##c == 0 && (when) -> s_##c = 1; r_##c = role; u_##c = 1 }
#define SEND(c, role, pre, g, o) \
	:: d_step { s_##c == 1 && r_##c == role -> \
		if :: !present || (pre && !u_##c) -> IDLE(c) :: else -> BEGIN(c, role, pre, g, o) fi }

/* What a DELETE of c stores as finalizers; d notices the first one. */
#define PROPAGATE(c, d) \
	if :: NONE && (o_##c == 1 || o_##c == 2) && s_##d == 3 && u_##d && w_##d == 0 -> w_##d = 1 :: else fi; \
	if \
	:: o_##c == 1 -> fo = 1; ff = 0 \
	:: o_##c == 2 -> fo = 0; ff = 1 \
	:: o_##c == 3 -> fo = 0; ff = 0 \
	:: o_##c == 0 && fo -> ff = 0 \
	:: else \
	fi
#define TO_REMOVE(c) s_##c = 3; u_##c = 1; g_##c = 0; o_##c = 0
#define STORED(c) if :: dg == 1 && NONE -> TO_REMOVE(c) :: else -> IDLE(c) fi
/* DEL-13: the compare-and-swap. DEL-08: late, the end of a shorter grace has passed. */
#define COMMIT(c, d, late) \
	:: d_step { s_##c == 2 && (!late || (present && dg >= 2)) -> \
		if \
		:: !present || (p_##c && !u_##c) -> IDLE(c) \
		:: else -> \
			if \
			:: dg == 0 -> dg = FIRST(g_##c); gen = gen + 1; PROPAGATE(c, d); STORED(c) \
			:: dg >= 2 && (g_##c == 0 || g_##c >= dg) -> IDLE(c) \
			:: dg >= 2 && g_##c != 0 && g_##c < dg -> \
				dg = ((late && g_##c > 2) -> 2 : g_##c); PROPAGATE(c, d); STORED(c) \
			:: dg == 1 && EMPTIES(o_##c) -> TO_REMOVE(c) \
			:: dg == 1 && !EMPTIES(o_##c) -> PROPAGATE(c, d); IDLE(c) \
			fi \
		fi }
/* DEL-14: the second write compares the uid, if one was given, and nothing else. */
#define REMOVE(c, d) \
	:: d_step { s_##c == 3 -> \
		if \
		:: !present || (p_##c && !u_##c) -> IDLE(c) \
		:: else -> \
			if :: s_##d == 3 && u_##d && r_##c == 2 -> w_##d = 2 :: else fi; \
			IDLE(c); GONE \
		fi }
#define CRASH(c) :: d_step { s_##c >= 2 -> IDLE(c) }

active proctype api()
{
	do
	/* client a */
#ifdef LARGE
	ALL(a)
#else
	READ(a, 0, 0, 0)
	READ(a, 0, 1, 0)
	READ(a, 0, 2, 0)
	READ(a, 0, 3, 0)
	READ(a, 0, 4, 0)
	READ(a, 0, 0, 2)
	READ(a, 0, 0, 1)
	READ(a, 0, 1, 2)
	READ(a, 0, 2, 1)
	READ(a, 0, 1, 3)
#endif
	READ(a, 1, 1, 0)
	DECIDE(a, 1, true)
	SEND(a, 1, 0, 0, 0)
	COMMIT(a, b, 0)
	COMMIT(a, b, 1)
	REMOVE(a, b)
	CRASH(a)
	/* client b */
#ifdef LARGE
	ALL(b)
#else
	READ(b, 0, 0, 0)
	READ(b, 0, 4, 0)
	READ(b, 0, 1, 1)
	READ(b, 0, 1, 2)
#endif
	DECIDE(b, 2, dg && node && terminal)
	DECIDE(b, 3, !dg)
	SEND(b, 2, 1, 1, 0)
	SEND(b, 3, 1, 0, 3)
	COMMIT(b, a, 0)
	COMMIT(b, a, 1)
	REMOVE(b, a)
	CRASH(b)
	/* CRE-01 */
	:: d_step { !present -> present = 1; gen = 1 }
	:: d_step { !present -> present = 1; gen = 1; gates = 1 }
	:: d_step { !present -> present = 1; gen = 1; node = 1 }
	/* CRE-30 */
	:: d_step { present && !binder -> binder = 2 }
	:: d_step { binder ->
		if :: present && binder == 2 && !dg && !node && !gates -> node = 2 :: else fi;
		binder = 0 }
	/* DEL-17, DEL-18 */
	:: d_step { present && (!dg || fx) -> fx = 1 }
	:: d_step { fx -> fx = 0; UPDATED }
	:: d_step { dg && fo -> fo = 0; UPDATED }
	:: d_step { dg && ff -> ff = 0; UPDATED }
	:: d_step { present -> UPDATED }
	:: d_step { gates -> gates = 0; gen = gen + 1; UPDATED }
	:: d_step { node && !terminal -> terminal = 1; UPDATED }
	od
}
